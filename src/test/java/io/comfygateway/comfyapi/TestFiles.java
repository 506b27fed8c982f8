package io.comfygateway.comfyapi;

import io.comfygateway.files.LocalFile;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.upload.CallerFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Files of callers without a store. */
final class TestFiles {
  private TestFiles() {}

  /** A file that is always read as a whole. */
  static CallerFile of(String contentType, long length, Callable<InputStream> bytes) {
    StoredBytes content =
        new StoredBytes() {
          @Override
          public void require() {}

          @Override
          public InputStream open(long offset, long wanted) throws IOException {
            try {
              return bytes.call();
            } catch (IOException | RuntimeException e) {
              throw e;
            } catch (Exception e) {
              throw new IOException(e);
            }
          }

          @Override
          public LocalFile local() {
            return new LocalFile(Path.of("own.png"), false);
          }

          @Override
          public Optional<Path> file() {
            return Optional.empty();
          }
        };
    return new CallerFile("own.png", contentType, content, length, "00");
  }
}
