package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.files.StoredBytes;
import io.comfygateway.http.StreamBody;
import io.comfygateway.http.TextWithFiles;
import io.comfygateway.http.TextWithFiles.Encoding;
import io.comfygateway.job.Job;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.output.ContentDisposition;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import io.comfygateway.picture.ConvertedPicture;
import io.comfygateway.picture.OriginalPicture;
import io.comfygateway.picture.PictureConverter;
import io.comfygateway.picture.PictureRequest;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
  private final PictureConverter pictures;
  private final long mostBase64;

  /** An output as it is sent: the file itself, or a picture that it was converted to. */
  private record Sent(Output output, Optional<ConvertedPicture> picture) {
    String contentType() {
      return picture.map(ConvertedPicture::contentType).orElse(output.stored().contentType());
    }

    long bytes() {
      return picture.map(ConvertedPicture::bytes).orElse(output.stored().bytes());
    }

    String filename() {
      String own = output.source().filename();
      return picture.map(it -> ContentTypes.renamed(own, it.contentType())).orElse(own);
    }
  }

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
  public JobWithFiles(
      JobView view,
      OutputRows outputs,
      OutputStore files,
      PictureConverter pictures,
      long mostBase64) {
    this.pictures = pictures;
    this.view = view;
    this.outputs = outputs;
    this.files = files;
    this.mostBase64 = mostBase64;
  }

  /**
   * Answers 200 with the job and the outputs that are still kept.
   *
   * @param picture the form that pictures are to have; what cannot be converted stays as it is
   */
  void send(Exchange exchange, Job job, Form form, Optional<PictureRequest> picture) {
    ObjectNode shown = view.render(job);
    List<Output> kept =
        outputs.of(job.id()).stream().filter(output -> output.expired().isEmpty()).toList();
    if (picture.isEmpty()) {
      send(
          exchange,
          shown,
          form,
          kept.stream().map(output -> new Sent(output, Optional.empty())).toList());
      return;
    }
    OutputContent.Conversion conversion =
        to ->
            converted(kept, job.owner(), picture.get())
                .thenApply(
                    sent -> {
                      send(to, shown, form, sent);
                      return to.getMessage().getBody();
                    });
    exchange.setProperty(OutputContent.CONVERSION, conversion);
  }

  // One after the other: a job of many pictures takes no other's turn.
  private CompletableFuture<List<Sent>> converted(
      List<Output> kept, String owner, PictureRequest picture) {
    List<Sent> sent = new ArrayList<>();
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (Output output : kept) {
      all = all.thenCompose(before -> converted(output, owner, picture)).thenAccept(sent::add);
    }
    return all.thenApply(done -> sent);
  }

  private CompletableFuture<Sent> converted(Output output, String owner, PictureRequest picture) {
    Sent own = new Sent(output, Optional.empty());
    if (picture.isAsItIs(output.stored().contentType())) {
      return CompletableFuture.completedFuture(own);
    }
    CompletableFuture<ConvertedPicture> made;
    try {
      made =
          pictures.convert(
              OriginalPicture.of(output, owner, files.bytes(output.stored())), picture);
    } catch (IOException | Problem failed) {
      made = CompletableFuture.failedFuture(failed);
    }
    return made.thenApply(it -> new Sent(output, Optional.of(it)))
        .exceptionally(
            failed -> {
              Throwable cause =
                  failed instanceof CompletionException && failed.getCause() != null
                      ? failed.getCause()
                      : failed;
              if (cause instanceof Problem refused && refused.type() == ProblemType.INVALID_INPUT) {
                return own;
              }
              throw failed instanceof CompletionException known
                  ? known
                  : new CompletionException(failed);
            });
  }

  private void send(Exchange exchange, ObjectNode shown, Form form, List<Sent> sent) {
    if (form == Form.BASE64) {
      Responses.send(exchange, OK, "application/json", inJson(shown, sent));
    } else {
      String boundary = "gateway-" + UUID.randomUUID();
      Responses.send(
          exchange, OK, "multipart/mixed; boundary=" + boundary, multipart(shown, sent, boundary));
    }
    exchange.getMessage().setHeader("Location", "/jobs/" + shown.path("id").asText());
    // The response has credentials in its links, as every job; and it may be large.
    exchange.getMessage().setHeader("Cache-Control", "no-store");
    Responses.markReplayed(exchange);
  }

  // An output that is too large keeps its link, so that the response is of use all the same.
  private TextWithFiles inJson(ObjectNode job, List<Sent> kept) {
    Map<String, StreamBody> marks = new java.util.HashMap<>();
    long left = mostBase64;
    for (Sent sent : kept) {
      Optional<ObjectNode> place = place(job, sent.output().index());
      if (place.isPresent() && sent.bytes() <= left) {
        left -= sent.bytes();
        // A text that nobody can guess, so that it stands nowhere else.
        String mark = UUID.randomUUID().toString();
        place.get().put("data", mark);
        sent.picture().ifPresent(it -> place.get().put("data_content_type", it.contentType()));
        marks.put(mark, body(sent));
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
  private TextWithFiles multipart(ObjectNode job, List<Sent> kept, String boundary) {
    List<TextWithFiles.Part> parts = new ArrayList<>();
    String before =
        "--%s\r\nContent-Type: application/json\r\nContent-Disposition: inline; name=\"job\"\r\n\r\n%s"
            .formatted(boundary, job);
    for (Sent sent : kept) {
      String head =
          "%s\r\n--%s\r\nContent-Type: %s\r\nContent-Length: %d\r\nContent-Disposition: %s\r\nContent-Location: /jobs/%s/outputs/%d\r\n\r\n"
              .formatted(
                  before,
                  boundary,
                  sent.contentType(),
                  sent.bytes(),
                  disposition(sent),
                  sent.output().job(),
                  sent.output().index());
      parts.add(new TextWithFiles.Part(head, Optional.of(body(sent))));
      before = "";
    }
    parts.add(
        new TextWithFiles.Part("%s\r\n--%s--\r\n".formatted(before, boundary), Optional.empty()));
    return new TextWithFiles(parts, Encoding.NONE);
  }

  private static String disposition(Sent sent) {
    return ContentDisposition.of(sent.contentType(), sent.filename())
        .replaceFirst(
            "^(inline|attachment);",
            String.format(Locale.ROOT, "$1; name=\"output-%d\";", sent.output().index()));
  }

  private StreamBody body(Sent sent) {
    if (sent.picture().isPresent()) {
      ConvertedPicture picture = sent.picture().get();
      return new StreamBody(() -> Files.newInputStream(picture.file()), picture.bytes());
    }
    StoredBytes bytes = files.bytes(sent.output().stored());
    bytes.require();
    long length = sent.output().stored().bytes();
    return new StreamBody(() -> bytes.open(0, length), length);
  }
}
