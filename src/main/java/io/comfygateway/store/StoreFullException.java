package io.comfygateway.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The store has no space left: nothing can be stored until somebody makes room. */
public final class StoreFullException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final long NEARLY_NOTHING = 64 * 1024;

  public StoreFullException(IOException cause) {
    super("The output store has no space left.", cause);
  }

  /**
   * The same failure, or this one where it is for want of space. Java has no error code for that:
   * the message of the system tells it (ENOSPC and EDQUOT; ERROR_DISK_FULL), or, in another
   * language, the space that is left.
   *
   * @param folder a folder of the file system that was written to
   */
  public static IOException recognise(IOException failure, Path folder) {
    if (failure instanceof StoreFullException) {
      return failure;
    }
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    boolean full =
        message.contains("no space left")
            || message.contains("quota exceeded")
            || message.contains("not enough space");
    return full || isFull(folder) ? new StoreFullException(failure) : failure;
  }

  private static boolean isFull(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace() < NEARLY_NOTHING;
    } catch (IOException e) {
      return false;
    }
  }
}
