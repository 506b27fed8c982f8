package io.comfygateway.api;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.jspecify.annotations.Nullable;

/**
 * Calls a route that may not exist, and waits for it only so long. A call that takes longer is
 * interrupted and left alone; such calls are limited in number.
 */
public final class TimeLimitedRoute {
  private static final int MOST_CALLS = 64;

  private final CamelContext context;
  private final ProducerTemplate producer;
  private final ExecutorService threads;
  private final Duration longest;
  private final Semaphore calls = new Semaphore(MOST_CALLS);

  /**
   * Makes it.
   *
   * @param longest how long a call is waited for
   */
  public TimeLimitedRoute(CamelContext context, Duration longest) {
    this.context = context;
    this.producer = context.createProducerTemplate();
    this.threads = context.getExecutorServiceManager().newCachedThreadPool(this, "custom-route");
    this.longest = longest;
  }

  Duration longest() {
    return longest;
  }

  /** The id of the running route that begins with {@code direct:} and this name. */
  Optional<String> id(String name) {
    String uri = "direct://" + name;
    for (Route route : context.getRoutes()) {
      if (route.getEndpoint().getEndpointUri().equals(uri)) {
        return Optional.of(route.getRouteId())
            .filter(id -> context.getRouteController().getRouteStatus(id).isStarted());
      }
    }
    return Optional.empty();
  }

  /**
   * Calls it. Where this is {@code true} the exchange has passed through the route, or has its
   * exception; otherwise the route may still be at it.
   *
   * @throws Problem where too many calls take too long
   */
  boolean call(String name, Exchange exchange) {
    if (!calls.tryAcquire()) {
      throw new Problem(
              ProblemType.BUSY,
              "Too many requests wait for the step %s of this gateway. Send this one again later."
                  .formatted(name))
          .withHeader("Retry-After", "5");
    }
    Call call = new Call("direct:" + name, exchange);
    try {
      threads.execute(call);
    } catch (RuntimeException refused) {
      calls.release();
      throw refused;
    }
    try {
      if (call.done.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        return true;
      }
      call.interrupt();
    } catch (InterruptedException e) {
      call.interrupt();
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private final class Call implements Runnable {
    private final CountDownLatch done = new CountDownLatch(1);
    private final String uri;
    private final Exchange exchange;
    private @Nullable Thread thread;

    Call(String uri, Exchange exchange) {
      this.uri = uri;
      this.exchange = exchange;
    }

    @Override
    public void run() {
      on(Thread.currentThread());
      try {
        producer.send(uri, exchange);
      } catch (RuntimeException e) {
        exchange.setException(e);
      } finally {
        on(null);
        calls.release();
        done.countDown();
      }
    }

    private synchronized void on(@Nullable Thread now) {
      if (now == null) {
        // An interrupt is this call's, not that of the next one on the thread.
        Thread.interrupted();
      }
      thread = now;
    }

    synchronized void interrupt() {
      if (thread != null) {
        thread.interrupt();
      }
    }
  }
}
