package io.comfygateway.comfyapi;

import io.comfygateway.files.LocalFile;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.upload.CallerFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
          public LocalFile local() throws IOException {
            LocalFile copy = new LocalFile(Files.createTempFile("own", ".png"), true);
            try (InputStream in = open(0, length)) {
              Files.copy(in, copy.path(), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException | RuntimeException failed) {
              copy.close();
              throw failed;
            }
            return copy;
          }

          @Override
          public Optional<Path> file() {
            return Optional.empty();
          }
        };
    return new CallerFile("own.png", contentType, content, length, "00");
  }
}
