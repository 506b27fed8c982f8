package io.comfygateway.delivery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.Batch;

/** The batch as the contract shows it: the same in an answer, in a poll and in a callback. */
public interface BatchRenderer {

  ObjectNode render(Batch batch);
}
