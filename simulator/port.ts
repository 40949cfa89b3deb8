/** The port that local stand-ins of AWS are by custom found on. */
export const DEFAULT_PORT = 4566;
