package io.comfygateway.job;

import java.util.Locale;

/** Where the work on a job stands; recovery goes by this. */
public enum Stage {
  /** Its files are being fetched; only then does it wait for a backend. */
  FETCHING,
  /** It waits for a backend. */
  QUEUED,
  /** A backend was chosen; the prompt may or may not have arrived there. */
  GIVEN,
  /** The backend finished; its outputs are being fetched. */
  COLLECTING,
  /** Nothing is left to do but deliveries. */
  DONE;

  /** Whether no backend has anything of the job yet. */
  public boolean isWaiting() {
    return this == FETCHING || this == QUEUED;
  }

  /** The word in the store. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Stage of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
