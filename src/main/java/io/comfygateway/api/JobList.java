package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.QueuePositions;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/** The step that lists jobs by pages, newest first. */
public final class JobList {
  private static final int PAGE = 50;
  private static final int LARGEST_PAGE = 200;
  private static final int ROWS = 50;
  private static final int LOOKS = 40;
  private static final int MOST_CHARACTERS = 4_000_000;
  private static final String METADATA = "metadata.";
  private static final String ALL = "*";

  private final JobQueries queries;
  private final QueuePositions positions;
  private final JobView view;
  private final ObjectMapper json;

  public JobList(JobQueries queries, QueuePositions positions, JobView view, ObjectMapper json) {
    this.queries = queries;
    this.positions = positions;
    this.view = view;
    this.json = json;
  }

  /**
   * Answers with a page of the caller's jobs; with the scope {@code read-all}, of another's or of
   * all.
   *
   * @throws Problem where a parameter is not valid, or names others without that scope
   */
  public void list(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    Message request = exchange.getMessage();
    Optional<JobStatus> status =
        Optional.ofNullable(request.getHeader("status", String.class)).map(JobList::status);
    Optional<String> workflow = Optional.ofNullable(request.getHeader("workflow", String.class));
    int limit = limit(request.getHeader("limit", String.class));
    Optional<String> owner =
        owner(request.getHeader("caller", caller.name(), String.class), caller);
    long before = cursor(request.getHeader("cursor", String.class));
    Map<String, String> metadata = new HashMap<>();
    request
        .getHeaders()
        .forEach(
            (name, value) -> {
              if (name.startsWith(METADATA)) {
                metadata.put(name.substring(METADATA.length()), String.valueOf(value));
              }
            });

    Page page = new Page(limit);
    boolean more = true;
    for (int looked = 0; more && !page.isFull() && looked < LOOKS; looked++) {
      int most = metadata.isEmpty() ? Math.min(ROWS, page.left()) : ROWS;
      List<Job> found = queries.list(owner, status, workflow, before, most + 1);
      List<Job> rows = found.subList(0, Math.min(most, found.size()));
      List<Job> wanted = rows.stream().filter(job -> matches(job, metadata)).toList();
      boolean all = page.add(wanted);
      more = !all || found.size() > most;
      before = page.isFull() ? page.last() : sequenceOfLast(rows, before);
    }
    Responses.json(exchange, 200, page.text(more ? Optional.of(before) : Optional.empty()));
  }

  private static long sequenceOfLast(List<Job> rows, long otherwise) {
    return rows.isEmpty() ? otherwise : rows.get(rows.size() - 1).sequence();
  }

  /** The jobs of one response. The larger they are, the fewer: all are in memory together. */
  private final class Page {
    private final ObjectNode body = json.createObjectNode();
    private final ArrayNode list = body.putArray("jobs");
    private final int limit;
    private int characters;
    private long last;

    Page(int limit) {
      this.limit = limit;
    }

    /** How many more jobs there may be. */
    int left() {
      return limit - list.size();
    }

    boolean isFull() {
      return left() <= 0 || characters >= MOST_CHARACTERS;
    }

    /** The sequence of the last job that was added. */
    long last() {
      return last;
    }

    /** Adds jobs while there is room; returns whether there was room for all. */
    boolean add(List<Job> wanted) {
      List<Job> shown = wanted.subList(0, Math.min(left(), wanted.size()));
      Function<Job, ObjectNode> rendered = view.renderer(shown, positions.of(shown));
      int added = 0;
      while (added < shown.size() && !isFull()) {
        Job job = shown.get(added++);
        String text = rendered.apply(job).toString();
        list.addRawValue(new RawValue(text));
        characters += text.length();
        last = job.sequence();
      }
      return added == wanted.size();
    }

    String text(Optional<Long> next) {
      next.ifPresent(cursor -> body.put("next_cursor", Long.toString(cursor)));
      return body.toString();
    }
  }

  private static boolean matches(Job job, Map<String, String> metadata) {
    return metadata.entrySet().stream()
        .allMatch(
            wanted ->
                job.facts().metadata().path(wanted.getKey()).asText().equals(wanted.getValue()));
  }

  private static JobStatus status(String word) {
    try {
      return JobStatus.of(word);
    } catch (IllegalArgumentException unknown) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "status is \"" + word + "\"; it is queued, running, succeeded, failed or cancelled.");
    }
  }

  private static Optional<String> owner(String wanted, Caller caller) {
    if (!wanted.equals(caller.name())) {
      caller.require(Set.of(Scope.READ_ALL));
    }
    return Optional.of(wanted).filter(name -> !ALL.equals(name));
  }

  private static int limit(String text) {
    if (text == null) {
      return PAGE;
    }
    if (!text.matches("\\d{1,3}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > LARGEST_PAGE) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "limit must be a whole number from 1 to " + LARGEST_PAGE + ".");
    }
    return Integer.parseInt(text);
  }

  private static long cursor(String text) {
    if (text == null) {
      return Long.MAX_VALUE;
    }
    if (!text.matches("\\d{1,18}")) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "cursor is not one that this gateway gave; take next_cursor of the page before.");
    }
    return Long.parseLong(text);
  }
}
