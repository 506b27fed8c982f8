package io.comfygateway.delivery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.Job;

/** The job as the contract shows it: the same in an answer, in a poll and in a callback. */
public interface JobRenderer {

  ObjectNode render(Job job);
}
