package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.SignedUrls;
import io.comfygateway.job.Job;
import io.comfygateway.output.Output;
import io.comfygateway.sink.Destination;
import io.comfygateway.sink.OutputCopy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** An output as the contract shows it, with a signed URL. */
public final class OutputView {
  private static final String BUCKETS = "s3://";

  private final SignedUrls signedUrls;
  private final Duration valid;
  private final Function<OutputCopy, Optional<URI>> links;
  private final Function<String, Map<String, String>> names;
  private final ObjectMapper json;
  private final InstantSource clock;

  /**
   * Creates it.
   *
   * @param valid how long a signed URL works
   * @param links makes links to copies at destinations
   * @param names what a workflow of the library calls the outputs of its nodes, by their ids
   */
  public OutputView(
      SignedUrls signedUrls,
      Duration valid,
      Function<OutputCopy, Optional<URI>> links,
      Function<String, Map<String, String>> names,
      ObjectMapper json,
      InstantSource clock) {
    this.signedUrls = signedUrls;
    this.valid = valid;
    this.links = links;
    this.names = names;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Renders an output.
   *
   * @param self the URL of its job
   * @param copies the copies of the job's outputs
   */
  ObjectNode render(Job job, String self, Output output, List<OutputCopy> copies) {
    ObjectNode view = json.createObjectNode();
    view.put("index", output.index());
    view.put("node", output.source().node());
    job.workflow()
        .map(names)
        .map(byNode -> byNode.get(output.source().node()))
        .ifPresent(name -> view.put("name", name));
    view.put("kind", output.source().kind());
    view.put("filename", output.source().filename());
    view.put("content_type", output.stored().contentType());
    view.put("bytes", output.stored().bytes());
    view.put("sha256", output.stored().sha256());
    output
        .stored()
        .dimensions()
        .ifPresent(size -> view.put("width", size.width()).put("height", size.height()));
    output.expired().ifPresent(at -> view.put("expired_at", at.toString()));
    if (output.expired().isEmpty()) {
      Instant expires = clock.instant().plus(valid);
      view.put(
          "url",
          self
              + "/outputs/"
              + output.index()
              + "?"
              + signedUrls.sign(job.id().toString(), output.index(), expires));
    }
    copies.stream()
        .filter(copy -> copy.index() == output.index() && copy.location().isPresent())
        .forEach(copy -> show(view, copy, copy.location().get()));
    return view;
  }

  private void show(ObjectNode view, OutputCopy copy, String location) {
    Optional<URI> link = links.apply(copy);
    ObjectNode shown =
        view.withArray("copies")
            .addObject()
            .put("destination", copy.destination())
            .put("location", location);
    link.ifPresent(url -> shown.put("url", url.toString()));
    if (copy.destination().equals(Destination.DEFAULT) && location.startsWith(BUCKETS)) {
      ObjectNode inBucket =
          view.putObject("s3")
              .put("bucket", location.substring(BUCKETS.length()).split("/", 2)[0])
              .put("key", copy.key());
      link.ifPresent(url -> inBucket.put("url", url.toString()));
    }
  }
}
