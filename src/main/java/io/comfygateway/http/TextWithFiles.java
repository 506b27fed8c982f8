package io.comfygateway.http;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A response body of text that has files in it: JSON with base64, or a multipart message. What is
 * in memory at a time is one part of a file, which is read when the connection has taken the part
 * before.
 *
 * @param parts the text, and after each piece of it the file that follows
 * @param encoding how the files are in it
 */
public record TextWithFiles(List<Part> parts, Encoding encoding) {
  // Three bytes are four characters, so that only the last piece may be padded.
  private static final int PIECE = 3 * 16_384;

  /** How files are in a text. */
  public enum Encoding {
    /** As base64, in JSON. */
    BASE64,
    /** As they are, in a multipart message. */
    NONE;

    long length(long bytes) {
      return this == BASE64 ? (bytes + 2) / 3 * 4 : bytes;
    }

    Buffer of(byte[] bytes) {
      return Buffer.buffer(this == BASE64 ? Base64.getEncoder().encode(bytes) : bytes);
    }
  }

  /** A piece of text, and the file behind it. */
  public record Part(String text, Optional<StreamBody> file) {}

  /** Sends it; what comes back is complete when it was taken, or cannot be. */
  Future<Void> send(HttpServerResponse response, WorkerExecutor workers) {
    return workers
        .executeBlocking(this::open, false)
        .compose(
            opened -> {
              response.putHeader("Content-Length", Long.toString(opened.length()));
              return BodyPieces.send(response, workers, new Encoded(opened.pieces(), encoding));
            });
  }

  private record Opened(long length, List<Piece> pieces) {}

  /** Text, or a file of which so many bytes were there when the length was said. */
  private record Piece(Buffer text, Optional<StreamBody> file, long bytes) {}

  private Opened open() {
    long length = 0;
    List<Piece> pieces = new ArrayList<>();
    for (Part part : parts) {
      Buffer text = Buffer.buffer(part.text().getBytes(StandardCharsets.UTF_8));
      long bytes = part.file().map(StreamBody::length).orElse(0L);
      length += text.length() + encoding.length(bytes);
      pieces.add(new Piece(text, part.file(), bytes));
    }
    return new Opened(length, pieces);
  }

  private static final class Encoded implements BodyPieces.Source {
    private final List<Piece> pieces;
    private final Encoding encoding;
    private int begun;
    private Optional<InputStream> open = Optional.empty();
    private long left;

    Encoded(List<Piece> pieces, Encoding encoding) {
      this.encoding = encoding;
      this.pieces = pieces;
    }

    @Override
    public Buffer next() throws Exception {
      if (open.isPresent()) {
        return ofFile(open.get());
      }
      while (begun < pieces.size()) {
        Piece piece = pieces.get(begun++);
        if (piece.file().isPresent() && piece.bytes() > 0) {
          open = Optional.of(piece.file().get().source().call());
          left = piece.bytes();
        }
        if (piece.text().length() > 0) {
          return piece.text();
        }
        if (open.isPresent()) {
          return ofFile(open.get());
        }
      }
      return Buffer.buffer();
    }

    private Buffer ofFile(InputStream file) throws IOException {
      byte[] bytes = file.readNBytes((int) Math.min(PIECE, left));
      left -= bytes.length;
      if (bytes.length == 0) {
        throw new IOException("a file has become shorter while it was sent");
      }
      if (left == 0) {
        close();
      }
      return encoding.of(bytes);
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
