package io.comfygateway.delivery;

import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import io.comfygateway.s3.S3Destination;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;

/** The copies of a job's outputs in the bucket. */
public final class OutputCopies {
  private final OutputRows outputs;
  private final OutputStore files;
  private final Optional<S3Destination> destination;

  public OutputCopies(OutputRows outputs, OutputStore files, Optional<S3Destination> destination) {
    this.outputs = outputs;
    this.files = files;
    this.destination = destination;
  }

  /** The job's outputs that are not in the bucket yet. */
  public List<Output> missing(@ExchangeProperty("job") Job job) {
    return outputs.of(job.id()).stream().filter(output -> output.copy().isEmpty()).toList();
  }

  /** Sets the file, its key and its content type, for the S3 endpoint. */
  public void object(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document,
      @Body Output output)
      throws IOException {
    S3Destination s3 =
        destination.orElseThrow(
            () -> new IllegalStateException("no S3 destination is configured any more"));
    String prefix = document.s3().map(JobDocument.CopyRequest::prefix).orElse("");
    String key = s3.key(prefix, job.id(), output.index(), output.source().filename());
    exchange.setProperty("output", output);
    exchange.setProperty("bucket", s3.bucket());
    exchange.setProperty("key", key);
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader(AWS2S3Constants.KEY, key);
    message.setHeader(AWS2S3Constants.CONTENT_TYPE, output.stored().contentType());
    message.setHeader(AWS2S3Constants.CONTENT_LENGTH, output.stored().bytes());
    message.setBody(files.local(output.stored()).closedWith(exchange).path().toFile());
  }

  /** Notes that an output is in the bucket. */
  public void copied(
      @ExchangeProperty("output") Output output,
      @ExchangeProperty("bucket") String bucket,
      @ExchangeProperty("key") String key) {
    outputs.copied(output.job(), output.index(), bucket, key);
  }
}
