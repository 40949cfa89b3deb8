import { endToEnd } from './end-to-end';

endToEnd('the default system');
