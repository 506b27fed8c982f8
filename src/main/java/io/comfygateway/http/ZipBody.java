package io.comfygateway.http;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A response body that is a ZIP archive, made while it is sent. What is in memory at a time is one
 * part of a file, which is read when the connection has taken the part before. Files are stored as
 * they are, since pictures and videos are compressed already.
 */
public record ZipBody(List<Entry> entries) {
  private static final int PART = 65_536;

  public ZipBody {
    entries = List.copyOf(entries);
  }

  /**
   * A file of the archive.
   *
   * @param name its name there
   * @param bytes opens it
   */
  public record Entry(String name, Source bytes) {}

  /** Opens a file. */
  public interface Source {
    /**
     * The bytes of the file; the caller closes them.
     *
     * @throws IOException where it cannot be read
     */
    InputStream open() throws IOException;
  }

  /**
   * Sends it; what comes back is complete when it was taken, or cannot be.
   *
   * @param workers the threads that read the files
   */
  Future<Void> send(HttpServerResponse response, WorkerExecutor workers) {
    response.setChunked(true);
    return BodyPieces.send(response, workers, new Archive(entries));
  }

  private static final class Archive implements BodyPieces.Source {
    private final List<Entry> entries;
    private final ByteArrayOutputStream made = new ByteArrayOutputStream();
    private final ZipOutputStream zip = new ZipOutputStream(made);
    private final byte[] part = new byte[PART];
    private int begun;
    private boolean isOver;
    private Optional<InputStream> open = Optional.empty();

    Archive(List<Entry> entries) {
      this.entries = entries;
      zip.setLevel(Deflater.NO_COMPRESSION);
    }

    @Override
    public Buffer next() throws IOException {
      while (made.size() == 0 && !isOver) {
        if (open.isPresent()) {
          ofFile(open.get());
        } else if (begun < entries.size()) {
          Entry entry = entries.get(begun++);
          open = Optional.of(entry.bytes().open());
          zip.putNextEntry(new ZipEntry(entry.name()));
        } else {
          zip.close();
          isOver = true;
        }
      }
      Buffer bytes = Buffer.buffer(made.toByteArray());
      made.reset();
      return bytes;
    }

    private void ofFile(InputStream file) throws IOException {
      int read = file.read(part);
      if (read < 0) {
        zip.closeEntry();
        file.close();
        open = Optional.empty();
      } else {
        zip.write(part, 0, read);
      }
    }

    @Override
    public void close() throws IOException {
      if (open.isPresent()) {
        open.get().close();
        open = Optional.empty();
      }
    }
  }
}
