package io.comfygateway.comfyapi;

import io.comfygateway.access.Caller;
import io.comfygateway.api.OutputContent;
import io.comfygateway.http.LongPollLimit;
import io.comfygateway.output.OutputRequest;
import io.comfygateway.output.OutputResponse;
import io.comfygateway.picture.ConvertedPicture;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.upload.CallerFile;
import io.comfygateway.upload.FileReference;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/** The step of {@code /view}: a file of the caller's own, from the gateway's store. */
public final class ViewApi {
  private static final String HELD = "viewHeld";
  private static final String REFERENCE = "viewFile";
  private static final int NOT_MODIFIED = 304;
  private static final Set<String> TYPES =
      Set.of(FileReference.INPUT, FileReference.OUTPUT, FileReference.TEMP);

  private final CallerFiles files;
  private final PictureVariants pictures;
  private final Duration longestWait;

  /** The requested file, variant and byte range. */
  private record Wanted(FileReference file, String preview, String channel, OutputRequest range) {}

  /**
   * Creates the step.
   *
   * @param longestWait how long a file of a prompt that has not ended is waited for
   */
  public ViewApi(CallerFiles files, PictureVariants pictures, Duration longestWait) {
    this.files = files;
    this.pictures = pictures;
    this.longestWait = longestWait;
  }

  /**
   * ClientResponses with the file. A client may ask for a file as soon as its node has run; then
   * the request is held until the prompt has ended, since the gateway stores its files then.
   *
   * @throws Problem if the caller has no such file
   */
  public void view(Exchange exchange, @ExchangeProperty("caller") Caller caller)
      throws IOException {
    Wanted wanted = exchange.getProperty(REFERENCE, Wanted.class);
    if (wanted == null) {
      wanted = wanted(exchange.getMessage());
      exchange.setProperty(REFERENCE, wanted);
    }
    Optional<CallerFile> found = files.find(caller.name(), wanted.file());
    if (found.isPresent()) {
      answer(exchange, found.get(), wanted);
      return;
    }
    boolean wasHeld = exchange.getProperty(HELD, false, Boolean.class);
    Optional<UUID> running =
        wasHeld ? Optional.empty() : files.unfinished(caller.name(), wanted.file());
    if (running.isEmpty()) {
      throw new Problem(ProblemType.UNKNOWN_OUTPUT, "There is no such file.");
    }
    exchange.setProperty(HELD, true);
    exchange.setProperty(
        LongPollLimit.PROPERTY,
        new LongPollLimit(running.get(), Optional.empty(), longestWait, "direct:comfyui-view"));
  }

  private static Wanted wanted(Message request) {
    String filename = request.getHeader("filename", "", String.class);
    String subfolder = request.getHeader("subfolder", "", String.class);
    String type = request.getHeader("type", FileReference.OUTPUT, String.class);
    if (filename.isEmpty()) {
      throw new Problem(ProblemType.UNKNOWN_OUTPUT, "The query names no file.");
    }
    // The type may also follow the name, as in the input of a node.
    Optional<FileReference> annotated =
        filename.endsWith("]")
            ? FileReference.of(filename).filter(it -> !it.filename().equals(filename))
            : Optional.empty();
    FileReference file =
        annotated
            .or(() -> FileReference.of(filename, subfolder, type.isEmpty() ? "output" : type))
            .orElseThrow(
                () ->
                    new Problem(ProblemType.INVALID_REQUEST, "filename or subfolder is not valid.")
                        .withStatus(
                            filename.contains("..") || filename.startsWith("/") ? 400 : 403));
    if (!TYPES.contains(file.type())) {
      throw new Problem(ProblemType.INVALID_REQUEST, "type must be input, output or temp.");
    }
    return new Wanted(
        file,
        request.getHeader("preview", "", String.class),
        request.getHeader("channel", "", String.class),
        OutputRequest.of(request.getHeaders()));
  }

  private void answer(Exchange exchange, CallerFile file, Wanted wanted) throws IOException {
    Optional<ConvertedPicture> other = pictures.other(file, wanted.preview(), wanted.channel());
    if (other.isPresent()) {
      OutputContent.send(exchange, other.get(), file.filename(), wanted.range());
      exchange
          .getMessage()
          .setHeader(
              "Content-Disposition",
              "filename=\"" + file.filename().replaceAll("[\"\\\\\\p{Cntrl}]", "_") + "\"");
      return;
    }
    OutputResponse response =
        OutputResponse.to(
            wanted.range(),
            new OutputResponse.Facts(
                file.filename(), file.contentType(), file.bytes(), file.sha256()));
    Object body =
        response.status() == NOT_MODIFIED ? "" : OutputContent.body(file.content(), response);
    ClientResponses.send(exchange, response.status(), file.contentType(), body);
    response.headers().forEach(exchange.getMessage()::setHeader);
  }
}
