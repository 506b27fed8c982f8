package io.comfygateway.sink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.Job;
import io.comfygateway.output.Output;
import java.util.Set;

/**
 * A place for outputs or for events, as the operator has configured it.
 *
 * @param name what requests call it
 * @param sink the sink that puts things there: the route {@code direct:sink-<sink>}
 * @param events the events that it gets as JSON; empty for a destination of files
 * @param prefix folders before every key, empty or with a slash at the end
 * @param key the keys of files
 * @param settings every field of the file, references replaced by their values; it holds secrets
 */
public record Destination(
    String name,
    String sink,
    Set<String> events,
    String prefix,
    KeyTemplate key,
    ObjectNode settings) {

  /** The name that the short form {@code s3} of a request stands for. */
  public static final String DEFAULT = "default";

  public Destination {
    events = Set.copyOf(events);
  }

  /** Whether it gets events and no files. */
  public boolean isForEvents() {
    return !events.isEmpty();
  }

  /**
   * The key of an output.
   *
   * @param requested the prefix of the request, empty for none
   */
  public String key(Job job, Output output, String requested) {
    return prefix + key.of(job, output, requested);
  }

  /**
   * The key of an event.
   *
   * @param requested the prefix of the request, empty for none
   */
  public String key(Job job, String event, String requested) {
    return prefix + KeyTemplate.folder(requested) + job.id() + "/" + event + ".json";
  }

  /** Without the settings, so that it can be logged. */
  @Override
  public String toString() {
    return "Destination[name=%s, sink=%s, events=%s]".formatted(name, sink, events);
  }
}
