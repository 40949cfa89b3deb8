import { endToEnd } from './end-to-end';

endToEnd('without Aurora', { settings: { DISABLED_DOMAINS: 'aurora', SECRETS_TOPOLOGY: 'perDestination' } });
