package io.comfygateway.delivery;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.component.file.GenericFileOperationFailedException;

/** Why Camel could not write a file, without its path, which is not for the caller. */
final class FileFailure {
  /** What the system says after a path, or in place of one. */
  private static final Pattern SYSTEM =
      Pattern.compile(
          "(Not a directory|Is a directory|No such file or directory|Permission denied"
              + "|Read-only file system|No space left on device|Disk quota exceeded"
              + "|File name too long|Input/output error|Stale file handle)");

  private FileFailure() {}

  /** The reason; empty for an error that has to do with no file of this machine. */
  static Optional<String> reason(Throwable error) {
    boolean isOfFiles = false;
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      isOfFiles |= cause instanceof GenericFileOperationFailedException;
      if (isOfFiles && cause instanceof IOException && !(cause instanceof SocketException)) {
        Optional<String> why = why(cause);
        if (why.isPresent()) {
          return why.map("the file cannot be written: "::concat);
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> why(Throwable cause) {
    if (cause instanceof AccessDeniedException) {
      return Optional.of("Permission denied");
    }
    Matcher said = SYSTEM.matcher(String.valueOf(cause.getMessage()));
    String last = "";
    while (said.find()) {
      // The path may hold such words too; the reason comes last.
      last = said.group();
    }
    if (!last.isEmpty()) {
      return Optional.of(last);
    }
    boolean isMissing =
        cause instanceof NoSuchFileException || cause instanceof FileNotFoundException;
    return isMissing || cause instanceof FileSystemException
        ? Optional.of("its folder cannot be made or used")
        : Optional.empty();
  }
}
