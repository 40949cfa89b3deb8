import { endToEnd } from './end-to-end';

endToEnd('examples/order-processing', { program: 'examples/order-processing/main.ts' });
