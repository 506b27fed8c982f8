package io.comfygateway.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.NewJob;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * A submission that a client of ComfyUI's own API sent: what its job has beside that of any other
 * submission. A step before {@code webhook-intake} sets it as an exchange property.
 */
public interface ClientSubmission {
  /** The exchange property. */
  String PROPERTY = "clientSubmission";

  /** Whether a client of ComfyUI's own API sent the submission. */
  static boolean isOne(Exchange exchange) {
    return exchange.getProperty(PROPERTY) != null;
  }

  /** What the client sent with the graph. */
  JobDocument.Client client();

  /** The request's {@code extra_data}, passed to ComfyUI unchanged. */
  Optional<ObjectNode> extraData();

  /** Stores what the client knows of the job, inside the transaction that stores the job. */
  void store(NewJob job);
}
