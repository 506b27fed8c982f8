package io.comfygateway.media;

/** A file is not what the input accepts; the message, the end of a sentence, is for the caller. */
public final class UnfitFileException extends Exception {
  private static final long serialVersionUID = 1L;

  UnfitFileException(String message) {
    super(message);
  }
}
