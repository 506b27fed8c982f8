package io.comfygateway.custom;

import io.comfygateway.output.OutputFile;
import io.comfygateway.output.OutputKind;
import io.comfygateway.output.SpooledFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * A file that passes through a route: the original, and what the route made of it. A route that
 * took too long may still write; what it made then is deleted.
 */
final class PassedFile implements Closeable {
  private final String route;
  private final Path folder;
  private final SpooledFile original;
  private @Nullable SpooledFile changed;
  private boolean isClosed;

  PassedFile(String route, Path folder, SpooledFile original) {
    this.route = route;
    this.folder = folder;
    this.original = original;
  }

  /** Reads what the route has left in the body; a file that it left alone is not read again. */
  void read(Exchange own) throws IOException {
    Object body = own.getMessage().getBody();
    if (original.path().toFile().equals(body)) {
      return;
    }
    try (InputStream bytes = own.getMessage().getBody(InputStream.class)) {
      if (bytes == null) {
        throw unfit("left no file in the body; to hold one back, set the header GatewayHoldBack");
      }
      keep(SpooledFile.of(folder, bytes, OptionalLong.empty()));
    }
  }

  private synchronized void keep(SpooledFile made) throws IOException {
    if (isClosed) {
      made.close();
    } else {
      changed = made;
    }
  }

  /**
   * What is to be stored, which belongs to the caller from now on.
   *
   * @param file the output under the name that the route gave it
   * @throws CustomStepException where it cannot be that output
   */
  synchronized SpooledFile take(OutputFile file) throws IOException {
    isClosed = true;
    if (changed == null) {
      return original;
    }
    try {
      requireFit(changed, file);
    } catch (CustomStepException e) {
      changed.close();
      throw e;
    } finally {
      original.close();
    }
    return changed;
  }

  private void requireFit(SpooledFile made, OutputFile file) throws IOException {
    if (file.kind().isMedia() && made.bytes() == 0) {
      throw unfit("left an empty file for the output " + file.filename());
    }
    if (file.kind().isMedia() && made.isPage()) {
      throw unfit("left an HTML page for the output " + file.filename());
    }
    // Bytes that say nothing, such as a service's error, are no picture where the original was one.
    if (original.signature().isEmpty()) {
      return;
    }
    Optional<OutputKind> kind = made.signature().map(OutputKind::ofContentType);
    Optional<OutputKind> before = original.signature().map(OutputKind::ofContentType);
    if (kind.isEmpty() || !kind.equals(before) && kind.get() != file.kind()) {
      throw unfit(
          "left for the output %s what is not %s"
              .formatted(file.filename(), original.contentType(file.filename())));
    }
  }

  private CustomStepException unfit(String what) {
    return new CustomStepException(
        "The step %s of this gateway %s.".formatted(route, what), false, null);
  }

  /** Deletes the files, unless they were taken. */
  @Override
  public synchronized void close() throws IOException {
    if (isClosed) {
      return;
    }
    isClosed = true;
    original.close();
    if (changed != null) {
      changed.close();
    }
  }
}
