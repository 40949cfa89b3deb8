import { endToEnd } from './end-to-end';

endToEnd('eu-west-1 and eu-central-1', {
  settings: {
    PRIMARY_REGION: 'eu-west-1',
    SECONDARY_REGION: 'eu-central-1',
    SECRETS_TOPOLOGY: 'orchestrated',
    SECRETS_TRAIL: 'true',
  },
});
