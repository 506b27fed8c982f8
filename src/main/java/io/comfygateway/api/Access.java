package io.comfygateway.api;

import io.comfygateway.access.AccessControl;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.Authenticator;
import io.comfygateway.access.Caller;
import io.comfygateway.access.RequestInfo;
import io.comfygateway.access.Scope;
import io.comfygateway.access.SignedUrls;
import io.comfygateway.access.StreamTickets;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.problem.Problem;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/** The steps that find out who calls, and whether that caller may. */
public final class Access {
  /** The exchange's property with what its caller was recognised by. */
  static final String CREDENTIAL = "credential";

  private final AccessControl accessControl;
  private final ApiKeys keys;
  private final SignedUrls signedUrls;
  private final StreamTickets tickets;
  private final JobQueries queries;

  public Access(
      AccessControl accessControl,
      ApiKeys keys,
      SignedUrls signedUrls,
      StreamTickets tickets,
      JobQueries queries) {
    this.tickets = tickets;
    this.accessControl = accessControl;
    this.keys = keys;
    this.signedUrls = signedUrls;
    this.queries = queries;
  }

  /** Whether a request has a valid key, before anything is done for it. No rate is counted. */
  public boolean isKnown(RequestInfo arrival) {
    return accessControl.isKnown(arrival);
  }

  /**
   * Sets {@code caller}, and {@code credential} to what it was recognised by.
   *
   * @param scopes what the caller's key must be allowed to do: {@code run}, {@code raw}, {@code
   *     read-all} or {@code admin}, or one of several, joined by {@code or}
   * @throws Problem where there is no key, a wrong one, or one without the scope; or where the
   *     query has a parameter that the operation does not read, or there is a body and it takes
   *     none
   */
  public void require(Exchange exchange, String scopes) {
    RequestInfo arrival = exchange.getProperty(GatewayHttpConsumer.REQUEST_INFO, RequestInfo.class);
    Caller known = exchange.getProperty("caller", Caller.class);
    if (known != null) {
      // A door has found out who calls; the request counts once.
      known.require(Scope.anyOf(scopes));
      return;
    }
    set(exchange, accessControl.admitWithCredential(arrival, Scope.anyOf(scopes)));
    UnknownQuery.refuse(exchange);
    UnexpectedBody.refuse(exchange);
  }

  /**
   * Sets {@code caller} for an operation of ComfyUI's own API that changes something. Its clients
   * add query parameters of their own, which are ignored.
   *
   * @param scopes as in {@link #require}
   * @throws Problem where the caller may not do this
   */
  public void client(Exchange exchange, String scopes) {
    RequestInfo arrival = exchange.getProperty(GatewayHttpConsumer.REQUEST_INFO, RequestInfo.class);
    exchange.setProperty("caller", accessControl.admit(arrival, Scope.anyOf(scopes)));
  }

  /**
   * The same for an operation that only reads, which clients repeat many times a second while they
   * wait.
   *
   * @param scopes as in {@link #require}
   * @throws Problem where the caller may not do this
   */
  public void poll(Exchange exchange, String scopes) {
    RequestInfo arrival = exchange.getProperty(GatewayHttpConsumer.REQUEST_INFO, RequestInfo.class);
    exchange.setProperty("caller", accessControl.admitPoll(arrival, Scope.anyOf(scopes)));
  }

  /**
   * Sets {@code caller} to the caller that a ticket of the query stands for, or that the request's
   * key does, and {@code credential} to what made the ticket or to that key.
   *
   * @throws Problem where there is neither, or it lacks the scope to read jobs
   */
  public void listener(Exchange exchange) {
    String ticket = exchange.getMessage().getHeader("ticket", String.class);
    if (ticket == null) {
      require(exchange, "run or read-all");
      return;
    }
    set(
        exchange,
        accessControl.admitByTicket(
            exchange.getProperty(GatewayHttpConsumer.REQUEST_INFO, RequestInfo.class),
            tickets,
            ticket,
            Set.of(Scope.RUN, Scope.READ_ALL)));
    UnknownQuery.refuse(exchange);
  }

  private static void set(Exchange exchange, Authenticator.Identity known) {
    exchange.setProperty("caller", known.caller());
    exchange.setProperty(CREDENTIAL, known.credential());
  }

  /**
   * Demands that the caller's key is for the workflow of the path.
   *
   * @throws Problem where it is only for others
   */
  public void workflow(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    Message request = exchange.getMessage();
    String name = request.getHeader("workflow", request.getHeader("name", ""), String.class);
    accessControl.admitToWorkflow(
        exchange.getProperty(GatewayHttpConsumer.REQUEST_INFO, RequestInfo.class), caller, name);
  }

  /**
   * Demands that the caller may make one more job in this minute.
   *
   * @throws Problem where it may not
   */
  public void job(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    accessControl.admitJobs(
        exchange.getProperty(GatewayHttpConsumer.REQUEST_INFO, RequestInfo.class), caller, 1);
  }

  /**
   * Demands that the caller may make all jobs of a batch in this minute.
   *
   * @throws Problem where it may not
   */
  public void jobs(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty("batch") BatchSubmission batch) {
    accessControl.admitJobs(
        exchange.getProperty(GatewayHttpConsumer.REQUEST_INFO, RequestInfo.class),
        caller,
        batch.size());
  }

  /**
   * Demands that the caller's key is for what a row of a batch runs: its workflow, or a graph of
   * its own.
   *
   * @throws Problem where it is not
   */
  public void row(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty("workflow") String workflow) {
    if (workflow != null) {
      accessControl.admitToWorkflow(
          exchange.getProperty(GatewayHttpConsumer.REQUEST_INFO, RequestInfo.class),
          caller,
          workflow);
    } else {
      caller.require(Set.of(Scope.RAW));
    }
  }

  /**
   * Admits the holder of a signed output URL without a key, as long as the key that made the job is
   * valid; everyone else needs a key. Sets {@code job} for the former, {@code caller} for the
   * latter.
   *
   * @throws Problem where there is neither
   */
  public void outputReader(Exchange exchange) {
    Message request = exchange.getMessage();
    String signature = request.getHeader("signature", String.class);
    if (signature == null) {
      require(exchange, "run or read-all");
      return;
    }
    String job = request.getHeader("id", String.class);
    String index = request.getHeader("index", String.class);
    String expires = request.getHeader("expires", "", String.class);
    boolean signed =
        index.matches("\\d{1,6}")
            && signedUrls.verify(job, Integer.parseInt(index), expires, signature);
    accessControl.admitByLink(
        exchange.getProperty(GatewayHttpConsumer.REQUEST_INFO, RequestInfo.class),
        signed,
        () -> {
          Optional<Job> found = Ownership.id(job).flatMap(queries::find);
          found.ifPresent(known -> exchange.setProperty("job", known));
          return found.map(Job::owner);
        },
        owner -> owner.contains(":") || keys.isLive(owner));
  }
}
