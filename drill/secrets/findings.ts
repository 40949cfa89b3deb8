/** Something that is not as somebody meant it. */
export interface Finding {
  /** `error`: secrets would not get where they should, or where they should not. `warning`: something has no effect. */
  readonly severity: string;
  /** One word or two with a hyphen, for machines. */
  readonly kind: string;
  /** Region of the configuration it is about; undefined when it is about several. */
  readonly source?: string;
  readonly destination?: string;
  /** One line; it names secrets and patterns, and quotes no content. */
  readonly message: string;
}

/** What a finding is about. */
export interface Place {
  readonly source?: string;
  readonly destination?: string;
}

/** Collects findings, each once. */
export class Findings {
  private readonly byText = new Map<string, Finding>();

  public error(kind: string, place: Place, message: string): void {
    this.add({ severity: 'error', kind, ...place, message });
  }

  public warning(kind: string, place: Place, message: string): void {
    this.add({ severity: 'warning', kind, ...place, message });
  }

  /** Errors first. */
  public get all(): Finding[] {
    return [...this.byText.values()].sort((a, b) => Number(a.severity !== 'error') - Number(b.severity !== 'error'));
  }

  private add(finding: Finding): void {
    this.byText.set(JSON.stringify(finding), finding);
  }
}
