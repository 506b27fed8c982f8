package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.http.StreamBody;
import io.comfygateway.http.TextWithFiles;
import io.comfygateway.http.TextWithFiles.Encoding;
import io.comfygateway.job.Job;
import io.comfygateway.output.ContentDisposition;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.camel.Exchange;

/**
 * A job that has ended together with its outputs, in one response. The files are read while they
 * are sent.
 */
public final class JobWithFiles {
  /** The exchange property with the {@link Form} that a request wants, if it wants one. */
  static final String FORM = "withFiles";

  private static final int OK = 200;

  private final JobView view;
  private final OutputRows outputs;
  private final OutputStore files;
  private final long mostBase64;

  /** How the files are in the response. */
  enum Form {
    BASE64,
    MULTIPART;

    static Optional<Form> ofWord(String word) {
      return switch (word) {
        case "base64" -> Optional.of(BASE64);
        case "multipart" -> Optional.of(MULTIPART);
        default -> Optional.empty();
      };
    }
  }

  /**
   * Makes it.
   *
   * @param mostBase64 how many bytes the outputs of a response may have that are in its JSON
   */
  public JobWithFiles(JobView view, OutputRows outputs, OutputStore files, long mostBase64) {
    this.view = view;
    this.outputs = outputs;
    this.files = files;
    this.mostBase64 = mostBase64;
  }

  /** Answers 200 with the job and the outputs that are still kept. */
  void send(Exchange exchange, Job job, Form form) {
    ObjectNode shown = view.render(job);
    List<Output> kept =
        outputs.of(job.id()).stream().filter(output -> output.expired().isEmpty()).toList();
    if (form == Form.BASE64) {
      Responses.send(exchange, OK, "application/json", inJson(shown, kept));
    } else {
      String boundary = "gateway-" + UUID.randomUUID();
      Responses.send(
          exchange, OK, "multipart/mixed; boundary=" + boundary, multipart(shown, kept, boundary));
    }
    exchange.getMessage().setHeader("Location", "/jobs/" + job.id());
    // The response has credentials in its links, as every job; and it may be large.
    exchange.getMessage().setHeader("Cache-Control", "no-store");
    Responses.markReplayed(exchange);
  }

  // An output that is too large keeps its link, so that the response is of use all the same.
  private TextWithFiles inJson(ObjectNode job, List<Output> kept) {
    Map<String, StreamBody> marks = new java.util.HashMap<>();
    long left = mostBase64;
    for (Output output : kept) {
      Optional<ObjectNode> place = place(job, output.index());
      if (place.isPresent() && output.stored().bytes() <= left) {
        left -= output.stored().bytes();
        // A text that nobody can guess, so that it stands nowhere else.
        String mark = UUID.randomUUID().toString();
        place.get().put("data", mark);
        marks.put(mark, body(output));
      }
    }
    String text = job.toString();
    TreeMap<Integer, StreamBody> places = new TreeMap<>();
    marks.forEach((mark, file) -> places.put(text.indexOf(mark), file));
    List<TextWithFiles.Part> parts = new ArrayList<>();
    int from = 0;
    int length = new UUID(0, 0).toString().length();
    for (Map.Entry<Integer, StreamBody> place : places.entrySet()) {
      parts.add(
          new TextWithFiles.Part(
              text.substring(from, place.getKey()), Optional.of(place.getValue())));
      from = place.getKey() + length;
    }
    parts.add(new TextWithFiles.Part(text.substring(from), Optional.empty()));
    return new TextWithFiles(parts, Encoding.BASE64);
  }

  private static Optional<ObjectNode> place(ObjectNode job, int index) {
    for (JsonNode output : job.path("outputs")) {
      if (output.path("index").asInt(-1) == index && output instanceof ObjectNode place) {
        return Optional.of(place);
      }
    }
    return Optional.empty();
  }

  // RFC 2046, section 5.1.
  private TextWithFiles multipart(ObjectNode job, List<Output> kept, String boundary) {
    List<TextWithFiles.Part> parts = new ArrayList<>();
    String before =
        "--%s\r\nContent-Type: application/json\r\nContent-Disposition: inline; name=\"job\"\r\n\r\n%s"
            .formatted(boundary, job);
    for (Output output : kept) {
      String head =
          "%s\r\n--%s\r\nContent-Type: %s\r\nContent-Length: %d\r\nContent-Disposition: %s\r\nContent-Location: /jobs/%s/outputs/%d\r\n\r\n"
              .formatted(
                  before,
                  boundary,
                  output.stored().contentType(),
                  output.stored().bytes(),
                  disposition(output),
                  output.job(),
                  output.index());
      parts.add(new TextWithFiles.Part(head, Optional.of(body(output))));
      before = "";
    }
    parts.add(
        new TextWithFiles.Part("%s\r\n--%s--\r\n".formatted(before, boundary), Optional.empty()));
    return new TextWithFiles(parts, Encoding.NONE);
  }

  private static String disposition(Output output) {
    return ContentDisposition.of(output.stored().contentType(), output.source().filename())
        .replaceFirst(
            "^(inline|attachment);",
            String.format(Locale.ROOT, "$1; name=\"output-%d\";", output.index()));
  }

  private StreamBody body(Output output) {
    StoredBytes bytes = files.bytes(output.stored());
    bytes.require();
    long length = output.stored().bytes();
    return new StreamBody(() -> bytes.open(0, length), length);
  }
}
