package io.comfygateway.api;

import io.comfygateway.job.Job;
import io.comfygateway.output.Output;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where the outputs of a job are, as paths of the gateway. */
final class OutputLinks {
  private static final int MOST = 50;

  private OutputLinks() {}

  /** The path of an output. */
  static String of(Job job, Output output) {
    return "/jobs/" + job.id() + "/outputs/" + output.index();
  }

  /**
   * The value of {@code Link} in a response with the first output: the job is the collection, and
   * its other outputs, 50 at most, are items of it (RFC 8288 and 6573).
   */
  static String header(Job job, List<Output> all) {
    Stream<String> others =
        all.stream()
            .skip(1)
            .limit(MOST)
            .map(output -> "<%s>; rel=\"item\"".formatted(of(job, output)));
    return Stream.concat(Stream.of("</jobs/%s>; rel=\"collection\"".formatted(job.id())), others)
        .collect(Collectors.joining(", "));
  }
}
