package io.comfygateway.media;

/** A file is not what the input takes; the message, a sentence's end, is for the caller. */
public final class UnfitFileException extends Exception {
  private static final long serialVersionUID = 1L;

  UnfitFileException(String message) {
    super(message);
  }
}
