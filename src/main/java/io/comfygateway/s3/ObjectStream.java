package io.comfygateway.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The bytes of an object from an offset on. A connection that breaks is replaced by a request for
 * the rest, since a server may close one whose reader is slow.
 */
final class ObjectStream extends InputStream {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectStream.class);
  private static final int MOST_REQUESTS = 4;

  private final Source source;
  private ResponseInputStream<?> in;
  private long offset;
  private long left;
  private int requests = 1;

  /** Requests a range. */
  interface Source {
    ResponseInputStream<?> from(long offset, long length) throws IOException;
  }

  ObjectStream(Source source, long offset, long length) throws IOException {
    this.source = source;
    this.offset = offset;
    this.left = length;
    this.in = source.from(offset, length);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      return -1;
    }
    while (true) {
      try {
        int read = in.read(bytes, start, (int) Math.min(length, left));
        if (read < 0) {
          throw new EOFException("the object ends " + left + " bytes before its end");
        }
        offset += read;
        left -= read;
        return read;
      } catch (IOException | SdkException broken) {
        goOn(broken);
      }
    }
  }

  private void goOn(Exception broken) throws IOException {
    if (requests >= MOST_REQUESTS || Thread.currentThread().isInterrupted()) {
      throw new IOException(S3Failure.reason(broken), broken);
    }
    LOG.debug("connection broke, the rest is requested offset={} left={}", offset, left, broken);
    requests++;
    in.abort();
    in = source.from(offset, left);
  }

  @Override
  public int available() {
    return 0;
  }

  // Closing would read the rest of the object first.
  @Override
  public void close() throws IOException {
    if (left > 0) {
      in.abort();
    } else {
      in.close();
    }
  }
}
