package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.access.Credential;
import io.comfygateway.access.CredentialCheck;
import io.comfygateway.access.StreamTickets;
import io.comfygateway.http.ResponseStream;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobEventLog;
import io.comfygateway.job.JobStatus;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.stream.EventFilter;
import io.comfygateway.stream.EventId;
import io.comfygateway.stream.EventRenderer;
import io.comfygateway.stream.EventStreams;
import io.comfygateway.stream.Subscription;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/** The steps that open streams of events. */
public final class EventsApi {
  private static final String LAST_EVENT_ID = "Last-Event-ID";
  private static final int CREATED = 201;
  private static final int NO_CONTENT = 204;

  private final EventStreams streams;
  private final EventRenderer renderer;
  private final JobEventLog log;
  private final StreamTickets tickets;
  private final CredentialCheck check;
  private final ObjectMapper json;

  public EventsApi(
      EventStreams streams,
      EventRenderer renderer,
      JobEventLog log,
      StreamTickets tickets,
      CredentialCheck check,
      ObjectMapper json) {
    this.streams = streams;
    this.renderer = renderer;
    this.log = log;
    this.tickets = tickets;
    this.check = check;
    this.json = json;
  }

  /**
   * Streams the events of the caller's jobs; with the scope {@code read-all}, of another's or of
   * all. They begin after the event that the client has, or now.
   *
   * @throws Problem where a parameter is not valid, or names others without that scope
   */
  public void jobs(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty(Access.CREDENTIAL) Credential credential) {
    JobFilter wanted = JobFilter.of(exchange.getMessage(), caller);
    EventFilter filter =
        new EventFilter(
            Optional.empty(),
            wanted.owner(),
            wanted.statuses().stream().map(JobStatus::word).collect(Collectors.toSet()),
            wanted.workflow(),
            wanted.metadata());
    EventId position = last(exchange.getMessage()).orElseGet(streams::now);
    stream(
        exchange,
        new Subscription(caller.name(), filter, position, check.lasting(caller, credential)));
  }

  /**
   * Streams the events of one job, from its first one or from the one that the client has. Answers
   * 204 where the client has them all and no more will come: a browser then does not connect again.
   *
   * @throws Problem where the last event is none
   */
  public void job(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty(Access.CREDENTIAL) Credential credential,
      @ExchangeProperty("job") Job job) {
    Optional<EventId> last = last(exchange.getMessage());
    EventId position = last.orElseGet(() -> EventId.before(1));
    boolean hasAll =
        last.isPresent()
            && renderer.isOver(job.id())
            && log.of(job.id(), position.firstRow(), 1).isEmpty();
    if (hasAll) {
      Responses.send(exchange, NO_CONTENT, ResponseStream.CONTENT_TYPE, "");
    } else {
      stream(
          exchange,
          new Subscription(
              caller.name(),
              EventFilter.of(job.id()),
              position,
              check.lasting(caller, credential)));
    }
  }

  private void stream(Exchange exchange, Subscription subscription) {
    exchange.setProperty(ResponseStream.PROPERTY, streams.stream(subscription));
  }

  // A browser sends the header when it connects again, and a page that was loaded again cannot.
  private static Optional<EventId> last(Message request) {
    String text =
        request.getHeader(
            LAST_EVENT_ID, request.getHeader("last_event_id", "", String.class), String.class);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        EventId.parse(text)
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.INVALID_REQUEST,
                        "The last event is "
                            + StrictJson.shown(text)
                            + ", which is not the id of an event. Send the id of the last event that you have, or none.")));
  }

  /** Answers 201 with a ticket that opens one stream, and ends with what the caller sent here. */
  public void ticket(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty(Access.CREDENTIAL) Credential credential) {
    StreamTickets.Ticket ticket = tickets.create(caller, credential);
    ObjectNode body =
        json.createObjectNode()
            .put("ticket", ticket.text())
            .put("expires_at", ticket.expires().toString());
    Responses.json(exchange, CREATED, body.toString());
  }
}
