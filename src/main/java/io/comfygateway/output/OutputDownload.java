package io.comfygateway.output;

import io.comfygateway.job.Job;
import io.comfygateway.media.SafeName;
import io.comfygateway.pool.SocketPictures;
import io.comfygateway.problem.Warning;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;

/** Fetches one output of a prompt into the store. */
public final class OutputDownload {
  private final OutputStore store;
  private final SocketPictures pictures;

  public OutputDownload(OutputStore store, SocketPictures pictures) {
    this.store = store;
    this.pictures = pictures;
  }

  /** The path of {@code GET /view} for a file. */
  public String viewPath(@Body OutputFile file) {
    return "/view?filename="
        + encoded(file.filename())
        + "&subfolder="
        + encoded(file.subfolder())
        + "&type="
        + encoded(file.type());
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Opens a picture that came over the WebSocket, in the form of an answer of ComfyUI. */
  public void openPicture(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("file") OutputFile file)
      throws IOException {
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
    exchange.getMessage().removeHeader("Content-Length");
    exchange.getMessage().removeHeader(Exchange.CONTENT_TYPE);
    exchange.getMessage().setBody(pictures.open(job.id(), file.picture().orElseThrow()));
  }

  /**
   * Stores one file from the stream that ComfyUI answers. A file that was only guessed from the
   * history and does not exist is left out with a warning.
   *
   * @param leftOut gets the warning
   * @throws OutputMissingException if ComfyUI does not have the file
   * @throws IOException if it cannot be fetched now, or is not what its name says
   */
  public void store(
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("file") OutputFile file,
      @ExchangeProperty("leftOut") List<Warning> leftOut,
      @ExchangeProperty("stored") List<Output> stored,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Header(Exchange.CONTENT_TYPE) String contentType,
      @Header("Content-Length") Long length,
      @Body InputStream answer)
      throws IOException, OutputMissingException {
    if (status == 400 || status == 404) {
      OutputMissingException missing = OutputMissingException.ofFile(file, status);
      if (!file.isGuessed()) {
        throw missing;
      }
      leftOut.add(Warning.ofNode("output_missing", file.node(), missing.getMessage()));
      return;
    }
    if (status != 200 || answer == null) {
      throw new IOException("ComfyUI answered " + status + " for the output " + file.filename());
    }
    InputStream bytes = new BufferedInputStream(answer);
    MediaCheck.requireNoPage(file, contentType, bytes);
    OptionalLong expected = length == null ? OptionalLong.empty() : OptionalLong.of(length);
    StoredOutput kept = store.store(job.id(), file.index(), file.filename(), bytes, expected);
    MediaCheck.requireBytes(file, kept);
    Output.Source source =
        new Output.Source(file.node(), file.kind().word(), SafeName.of(file.filename()));
    stored.add(new Output(job.id(), file.index(), source, kept));
  }
}
