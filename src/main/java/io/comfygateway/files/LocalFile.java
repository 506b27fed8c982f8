package io.comfygateway.files;

import io.comfygateway.exchange.OnDone;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.Exchange;

/**
 * A stored file on this machine, for a step that needs one. Closing it deletes it if it is a copy.
 *
 * @param path the file
 * @param isCopy whether the file was fetched for the step
 */
public record LocalFile(Path path, boolean isCopy) implements Closeable {

  /** Closes it when the exchange has been completed. */
  public LocalFile closedWith(Exchange exchange) {
    if (isCopy) {
      OnDone.run(
          exchange,
          () -> {
            try {
              close();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    return this;
  }

  @Override
  public void close() throws IOException {
    if (isCopy) {
      Files.deleteIfExists(path);
    }
  }
}
