package io.comfygateway.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
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
    return new Sending(response, workers, entries).begin();
  }

  private static final class Sending {
    private final HttpServerResponse response;
    private final WorkerExecutor workers;
    private final List<Entry> entries;
    private final ByteArrayOutputStream made = new ByteArrayOutputStream();
    private final ZipOutputStream zip = new ZipOutputStream(made);
    private final byte[] part = new byte[PART];
    private int next;
    private boolean isOver;
    private Optional<InputStream> open = Optional.empty();

    Sending(HttpServerResponse response, WorkerExecutor workers, List<Entry> entries) {
      this.response = response;
      this.workers = workers;
      this.entries = entries;
      zip.setLevel(Deflater.NO_COMPRESSION);
    }

    Future<Void> begin() {
      Promise<Void> sent = Promise.promise();
      next(sent);
      return sent.future()
          .onComplete(done -> workers.executeBlocking(this::close, false))
          .onFailure(
              failed -> {
                if (!response.ended() && !response.closed()) {
                  response.reset();
                }
              });
    }

    // One part after the other, without a future that waits for all later ones.
    private void next(Promise<Void> sent) {
      workers
          .executeBlocking(this::more, false)
          .onFailure(sent::fail)
          .onSuccess(
              bytes -> {
                if (bytes.length() == 0) {
                  response.end().onComplete(sent);
                } else {
                  response.write(bytes).onFailure(sent::fail).onSuccess(taken -> next(sent));
                }
              });
    }

    // What is sent next; nothing at the end.
    private Buffer more() throws IOException {
      while (made.size() == 0 && !isOver) {
        if (open.isPresent()) {
          ofFile(open.get());
        } else if (next < entries.size()) {
          Entry entry = entries.get(next++);
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

    private Buffer close() throws IOException {
      if (open.isPresent()) {
        open.get().close();
        open = Optional.empty();
      }
      return Buffer.buffer();
    }
  }
}
