import { endToEnd } from './end-to-end';

endToEnd('protected', { settings: { PROTECTION: 'protected' }, settingsToDestroy: { PROTECTION: 'disposable' } });
