package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.comfygateway.access.Caller;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobLists;
import io.comfygateway.job.QueuePositions;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.stream.EventStreams;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** The step that lists jobs by pages, newest first. */
public final class JobList {
  private static final int PAGE = 50;
  private static final int LARGEST_PAGE = 200;
  private static final int ROWS = 50;
  private static final int LOOKS = 40;
  private static final int MOST_CHARACTERS = 4_000_000;
  private static final int MOST_COUNTED = 10_000;

  private final JobLists lists;
  private final QueuePositions positions;
  private final JobView view;
  private final EventStreams streams;
  private final ObjectMapper json;

  public JobList(
      JobLists lists,
      QueuePositions positions,
      JobView view,
      EventStreams streams,
      ObjectMapper json) {
    this.lists = lists;
    this.streams = streams;
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
    JobFilter filter = JobFilter.of(request, caller);
    int limit = limit(request.getHeader("limit", String.class), PAGE);
    String cursor = request.getHeader("cursor", String.class);
    JobLists.Range range = lists.range(filter.wanted());
    long before = Math.min(range.before(), cursor(cursor));
    // Read before the jobs, so that no event is missed that they do not show.
    Optional<String> position =
        cursor == null ? Optional.of(streams.now().text()) : Optional.empty();

    Page page = new Page(limit);
    boolean more = true;
    for (int looked = 0; more && !page.isFull() && looked < LOOKS; looked++) {
      int most = filter.metadata().isEmpty() ? Math.min(ROWS, page.left()) : ROWS;
      List<Job> found =
          lists.page(filter.wanted(), new JobLists.Range(range.from(), before), most + 1);
      List<Job> rows = found.subList(0, Math.min(most, found.size()));
      List<Job> wanted = rows.stream().filter(filter::matchesMetadata).toList();
      boolean all = page.add(wanted);
      more = !all || found.size() > most;
      before = page.isFull() ? page.last() : sequenceOfLast(rows, before);
    }
    Responses.json(
        exchange, 200, page.text(position, more ? Optional.of(before) : Optional.empty()));
  }

  /**
   * Answers how many jobs have each status; more than 10,000 of one are not counted.
   *
   * @throws Problem where {@code caller} names others and the caller lacks the scope
   */
  public void counts(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    Optional<String> owner =
        JobFilter.owner(
            exchange.getMessage().getHeader("caller", caller.name(), String.class), caller);
    ObjectNode body = json.createObjectNode();
    ObjectNode counts = body.putObject("jobs");
    lists.counts(owner, MOST_COUNTED).forEach((status, count) -> counts.put(status.word(), count));
    body.put("counted_to", MOST_COUNTED);
    Responses.json(exchange, 200, body.toString());
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

    String text(Optional<String> position, Optional<Long> next) {
      position.ifPresent(id -> body.put("last_event_id", id));
      next.ifPresent(cursor -> body.put("next_cursor", Long.toString(cursor)));
      return body.toString();
    }
  }

  /**
   * The {@code limit} of a query.
   *
   * @throws Problem where it is none
   */
  static int limit(@Nullable String text, int otherwise) {
    if (text == null) {
      return otherwise;
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

  private static long cursor(@Nullable String text) {
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
