package io.comfygateway.tls;

/** What a PEM file holds cannot be used. The message says why and continues a sentence. */
public final class UnusablePemException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean ofKey;
  private final String remedy;

  UnusablePemException(boolean ofKey, String message, String remedy) {
    super(message);
    this.ofKey = ofKey;
    this.remedy = remedy;
  }

  /** Whether the file of the private key is at fault, not that of the certificates. */
  public boolean isOfKey() {
    return ofKey;
  }

  /** What to do about it. */
  public String remedy() {
    return remedy;
  }
}
