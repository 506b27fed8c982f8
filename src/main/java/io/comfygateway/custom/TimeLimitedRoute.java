package io.comfygateway.custom;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.UnitOfWorkHelper;
import org.jspecify.annotations.Nullable;

/**
 * Calls a route that may not exist, and waits for it only so long. A call that takes longer is
 * interrupted and left alone; such calls are limited in number.
 */
public final class TimeLimitedRoute {
  private static final int MOST_CALLS = 64;
  private static final Duration REPLACEMENT = Duration.ofSeconds(2);
  private static final Duration START = Duration.ofSeconds(60);
  private static final long LOOK_AGAIN_MS = 20;

  private final CamelContext context;
  private final ProducerTemplate producer;
  private final ExecutorService threads;
  private final Duration longest;
  private final CountDownLatch loaded;
  private final Semaphore calls = new Semaphore(MOST_CALLS);
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  /**
   * Makes it, for a context whose routes are there.
   *
   * @param longest how long a call is waited for
   */
  public TimeLimitedRoute(CamelContext context, Duration longest) {
    this(context, longest, new CountDownLatch(0));
  }

  /**
   * Makes it.
   *
   * @param longest how long a call is waited for
   * @param loaded is zero once the files of the operator have been read: the stages may begin
   *     before that
   */
  public TimeLimitedRoute(CamelContext context, Duration longest, CountDownLatch loaded) {
    this.context = context;
    this.producer = context.createProducerTemplate();
    this.threads = context.getExecutorServiceManager().newCachedThreadPool(this, "custom-route");
    this.longest = longest;
    this.loaded = loaded;
  }

  /** What is done with an exchange that has passed through the route, within the time limit. */
  public interface Afterwards {
    /** Reads the exchange; what it throws becomes the exchange's exception. */
    void accept(Exchange exchange) throws Exception;
  }

  /** How long a call is waited for. */
  public Duration longest() {
    return longest;
  }

  /** Whether there is an {@link #id}. */
  public boolean exists(String name) {
    return id(name).isPresent();
  }

  /**
   * The id of the running route that begins with {@code direct:} and this name. A route that was
   * here a moment ago and is being replaced is waited for, so that nothing slips past it.
   */
  public Optional<String> id(String name) {
    try {
      if (!loaded.await(START.toSeconds(), TimeUnit.SECONDS)) {
        return running(name);
      }
      Optional<String> found = running(name);
      if (found.isPresent()) {
        seen.add(name);
        return found;
      }
      if (!seen.contains(name)) {
        return Optional.empty();
      }
      long until = System.nanoTime() + REPLACEMENT.toNanos();
      while (found.isEmpty() && System.nanoTime() < until) {
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
        found = running(name);
      }
      if (found.isEmpty()) {
        seen.remove(name);
      }
      return found;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable("The gateway is stopping.");
    }
  }

  private Optional<String> running(String name) {
    String uri = "direct://" + name;
    for (Route route : context.getRoutes()) {
      if (route.getEndpoint().getEndpointUri().equals(uri)) {
        return Optional.of(route.getRouteId())
            .filter(id -> context.getRouteController().getRouteStatus(id).isStarted());
      }
    }
    return Optional.empty();
  }

  /** {@link #call(String, Exchange, Afterwards)} with nothing to do afterwards. */
  public boolean call(String name, Exchange exchange) {
    return call(name, exchange, passed -> {});
  }

  /**
   * Calls it. Where this is {@code true} the exchange has passed through the route, or has its
   * exception; otherwise the route may still be at it.
   *
   * @param afterwards reads what the route made, where it did not fail
   * @throws Problem where too many calls take too long
   */
  public boolean call(String name, Exchange exchange, Afterwards afterwards) {
    if (!calls.tryAcquire()) {
      throw unavailable("Too many jobs wait for the step %s of this gateway.".formatted(name));
    }
    Call call = new Call("direct:" + name, exchange, afterwards);
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

  private static Problem unavailable(String why) {
    return new Problem(ProblemType.BUSY, why + " Send this request again later.")
        .withHeader("Retry-After", "5");
  }

  private final class Call implements Runnable {
    private final CountDownLatch done = new CountDownLatch(1);
    private final String uri;
    private final Exchange exchange;
    private final Afterwards afterwards;
    private @Nullable Thread thread;

    Call(String uri, Exchange exchange, Afterwards afterwards) {
      this.uri = uri;
      this.exchange = exchange;
      this.afterwards = afterwards;
    }

    @Override
    public void run() {
      on(Thread.currentThread());
      try {
        send();
      } catch (Exception e) {
        exchange.setException(e);
      } catch (StackOverflowError | LinkageError e) {
        // A step that recurses over what a caller sent must not pass for one that allowed it.
        exchange.setException(
            new IllegalStateException("a step ended with " + e.getClass().getSimpleName(), e));
        leave();
      } finally {
        on(null);
        calls.release();
        done.countDown();
      }
    }

    // Camel counts an exchange out of its route only where no error passes through; a route that
    // still has exchanges is waited for when it is replaced.
    private void leave() {
      running(uri.substring("direct:".length()))
          .ifPresent(id -> context.getInflightRepository().remove(exchange, id));
    }

    // What the route made is read before its unit of work is done, which closes streams.
    private void send() throws Exception {
      UnitOfWork work = PluginHelper.getUnitOfWorkFactory(context).createUnitOfWork(exchange);
      exchange.getExchangeExtension().setUnitOfWork(work);
      try {
        producer.send(uri, exchange);
        if (exchange.getException() == null) {
          afterwards.accept(exchange);
        }
      } finally {
        UnitOfWorkHelper.doneUow(work, exchange);
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
