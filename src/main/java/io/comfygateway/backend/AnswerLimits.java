package io.comfygateway.delivery;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * Bounds what a receiver can cost: the time of a whole exchange, which the client's own time limits
 * do not (they start anew with every byte), and the size of an answer, after decompression.
 */
final class AnswerLimits implements ExecChainHandler {
  private final Duration deadline;
  private final long maxBytes;

  /**
   * @param deadline from the request until the answer is read
   * @param maxBytes of the answer; what is beyond is cut off
   */
  AnswerLimits(Duration deadline, long maxBytes) {
    this.deadline = deadline;
    this.maxBytes = maxBytes;
  }

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Runnable stop = () -> stop(scope.originalRequest);
    done.orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (nothing, late) -> {
              if (late != null) {
                stop.run();
              }
            });
    try {
      ClassicHttpResponse response = chain.proceed(request, scope);
      HttpEntity entity = response.getEntity();
      InputStream content = entity == null ? null : entity.getContent();
      if (content == null) {
        done.complete(null);
      } else {
        response.setEntity(new LimitedEntity(entity, new LimitedStream(content, done, stop)));
      }
      return response;
    } catch (IOException | HttpException | RuntimeException e) {
      if (!done.complete(null)) {
        throw new DeadlineException(deadline);
      }
      throw e;
    }
  }

  private static void stop(ClassicHttpRequest request) {
    if (request instanceof Cancellable running) {
      running.cancel();
    }
  }

  private static final class LimitedEntity extends HttpEntityWrapper {
    private final LimitedStream content;

    LimitedEntity(HttpEntity entity, LimitedStream content) {
      super(entity);
      this.content = content;
    }

    @Override
    public InputStream getContent() {
      return content;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      content.transferTo(out);
    }

    @Override
    public void close() throws IOException {
      content.close();
      super.close();
    }
  }

  private final class LimitedStream extends FilterInputStream {
    private final CompletableFuture<Void> done;
    private final Runnable stop;
    private long left = maxBytes;
    private boolean ended;
    private boolean closed;

    LimitedStream(InputStream content, CompletableFuture<Void> done, Runnable stop) {
      super(content);
      this.done = done;
      this.stop = stop;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (ended || left == 0) {
        return -1;
      }
      try {
        int read = super.read(buffer, offset, (int) Math.min(length, left));
        ended = read < 0;
        left -= Math.max(0, read);
        return read;
      } catch (IOException e) {
        throw done.isCompletedExceptionally() ? new DeadlineException(deadline) : e;
      }
    }

    /**
     * Reads on to the end, so that the connection can be used again, but not beyond the limit: the
     * client's own close would read for as long as the receiver sends.
     */
    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      try {
        transferTo(OutputStream.nullOutputStream());
      } finally {
        if (!ended) {
          stop.run();
        }
        done.complete(null);
        super.close();
      }
    }
  }
}
