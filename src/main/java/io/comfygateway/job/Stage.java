package io.comfygateway.job;

/** How far the work on a job has come; recovery goes by this. */
public enum Stage {
  /** Its files are being fetched; only then does it wait for a backend. */
  FETCHING("fetching"),
  /** It waits for a backend. */
  QUEUED("queued"),
  /**
   * A backend was chosen; the prompt may or may not have arrived there. The code is older than the
   * name, and versions that know no other read the same rows.
   */
  SUBMITTED("given"),
  /** The backend finished; its outputs are being fetched. */
  COLLECTING("collecting"),
  /** Only deliveries are left to do. */
  DONE("done");

  private final String code;

  Stage(String code) {
    this.code = code;
  }

  /** Whether no backend has anything of the job yet. */
  public boolean isWaiting() {
    return this == FETCHING || this == QUEUED;
  }

  /** What the column {@code stage} holds. */
  String code() {
    return code;
  }

  static Stage of(String code) {
    for (Stage stage : values()) {
      if (stage.code.equals(code)) {
        return stage;
      }
    }
    throw new IllegalArgumentException("unknown stage " + code);
  }
}
