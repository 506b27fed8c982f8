package io.comfygateway.tls;

/** The content of a PEM file cannot be used. The message is the second half of a sentence. */
public final class UnusablePemException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean ofKey;
  private final String remedy;

  UnusablePemException(boolean ofKey, String message, String remedy) {
    super(message);
    this.ofKey = ofKey;
    this.remedy = remedy;
  }

  /** Whether the private key is at fault, not the certificates. */
  public boolean isOfKey() {
    return ofKey;
  }

  /** What to do, as the second half of a sentence. */
  public String remedy() {
    return remedy;
  }
}
