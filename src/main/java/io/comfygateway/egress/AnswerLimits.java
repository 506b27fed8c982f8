package io.comfygateway.egress;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * Bounds what a server can cost: the time of a whole exchange, which the client's own time limits
 * do not (they start anew with every byte), and the size of an answer, after decompression.
 */
public final class AnswerLimits implements ExecChainHandler {
  /**
   * At most 100 header lines of 16 KiB each; the client's own default is any number of any length.
   */
  public static final Http1Config HEADERS =
      Http1Config.custom().setMaxHeaderCount(100).setMaxLineLength(16_384).build();

  private static final long MOST_TO_DRAIN = 65_536;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final Function<HttpRequest, Limit> limits;

  /**
   * What one exchange may take.
   *
   * @param deadline from the request until the answer is read
   * @param bytesPerSecond request and answer have so much longer as they need at this speed; 0: no
   *     longer
   * @param maxBytes of the answer
   * @param cut whether a larger answer is read up to there, rather than refused
   */
  public record Limit(Duration deadline, long bytesPerSecond, long maxBytes, boolean cut) {
    private long nanosFor(long bytes) {
      double extra = bytesPerSecond == 0 ? 0 : (double) bytes / bytesPerSecond * NANOS_PER_SECOND;
      return deadline.toNanos() + (long) extra;
    }
  }

  /** Limits that go by the request. */
  public AnswerLimits(Function<HttpRequest, Limit> limits) {
    this.limits = limits;
  }

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    long sent = request.getEntity() == null ? 0 : request.getEntity().getContentLength();
    Exchange exchange =
        new Exchange(limits.apply(request), Math.max(0, sent), scope.originalRequest);
    exchange.watch();
    try {
      ClassicHttpResponse response = chain.proceed(request, scope);
      HttpEntity entity = response.getEntity();
      InputStream content = entity == null ? null : entity.getContent();
      if (content == null) {
        exchange.end();
      } else {
        response.setEntity(new LimitedEntity(entity, new LimitedStream(content, exchange)));
      }
      return response;
    } catch (IOException | HttpException | RuntimeException e) {
      if (!exchange.end()) {
        throw new DeadlineException(exchange.limit.deadline());
      }
      throw e;
    }
  }

  private static final class Exchange {
    private final Limit limit;
    private final long began = System.nanoTime();
    private final ClassicHttpRequest request;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile long bytes;

    Exchange(Limit limit, long sent, ClassicHttpRequest request) {
      this.limit = limit;
      this.bytes = sent;
      this.request = request;
    }

    /** Stops the request at its deadline, which each received byte moves later. */
    @SuppressWarnings("FutureReturnValueIgnored")
    void watch() {
      long left = limit.nanosFor(bytes) - (System.nanoTime() - began);
      if (left <= 0) {
        if (done.completeExceptionally(new DeadlineException(limit.deadline()))) {
          stop();
        }
        return;
      }
      CompletableFuture<Void> pause = new CompletableFuture<>();
      pause.completeOnTimeout(null, left, TimeUnit.NANOSECONDS).thenRun(this::watch);
      done.whenComplete((nothing, late) -> pause.cancel(false));
    }

    /** False where its time was over before. */
    boolean end() {
      return done.complete(null) || !done.isCompletedExceptionally();
    }

    boolean isLate() {
      return done.isCompletedExceptionally();
    }

    void stop() {
      if (request instanceof Cancellable running) {
        running.cancel();
      }
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

  private static final class LimitedStream extends FilterInputStream {
    private final Exchange exchange;
    private long left;
    private boolean ended;
    private boolean closed;

    LimitedStream(InputStream content, Exchange exchange) {
      super(content);
      this.exchange = exchange;
      this.left = exchange.limit.maxBytes();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (ended || (left == 0 && exchange.limit.cut())) {
        return -1;
      }
      try {
        // One byte more than may come shows that there is more.
        long most = exchange.limit.cut() || left == Long.MAX_VALUE ? left : left + 1;
        int read = super.read(buffer, offset, (int) Math.min(length, most));
        ended = read < 0;
        count(Math.max(0, read));
        return read;
      } catch (IOException e) {
        throw exchange.isLate() ? new DeadlineException(exchange.limit.deadline()) : e;
      }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void count(int read) throws IOException {
      if (read > left) {
        throw new AnswerTooLargeException(exchange.limit.maxBytes());
      }
      left -= read;
      exchange.bytes += read;
    }

    /**
     * Reads on to a near end, so that the connection can be used again: the client's own close
     * would read for as long as the server sends.
     */
    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      try {
        drain();
      } finally {
        if (!ended) {
          exchange.stop();
        }
        exchange.end();
        super.close();
      }
    }

    private void drain() throws IOException {
      byte[] rest = new byte[8_192];
      long drained = 0;
      int read = 0;
      while (read >= 0 && drained < MOST_TO_DRAIN) {
        read = read(rest, 0, rest.length);
        drained += Math.max(0, read);
      }
    }
  }
}
