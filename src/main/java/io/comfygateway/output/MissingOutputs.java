package io.comfygateway.output;

import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.prompt.HistoryReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to a job whose outputs ComfyUI does not have, or no one wants any more. */
public final class MissingOutputs {
  private static final Logger LOG = LoggerFactory.getLogger(MissingOutputs.class);
  private final JobQueries queries;
  private final JobTransitions transitions;
  private final OutputStore store;

  public MissingOutputs(JobQueries queries, JobTransitions transitions, OutputStore store) {
    this.queries = queries;
    this.transitions = transitions;
    this.store = store;
  }

  /**
   * Finds out why a file is missing. If ComfyUI served the node from its cache and the file has
   * been deleted from its folder, running that node alone again writes the file anew. Sets {@code
   * again} to the nodes to run.
   *
   * @param answer of {@code GET /history/{id}}
   */
  public void judge(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("files") List<OutputFile> files,
      @ExchangeProperty("unseen") Set<String> unseen,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    Set<String> cached =
        status == 200 ? HistoryReader.cachedNodes(job.id().toString(), answer) : Set.of();
    Set<String> again =
        files.stream()
            .map(OutputFile::node)
            .filter(cached::contains)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (unseen != null) {
      again.addAll(unseen);
    }
    boolean isFirst = job.facts().nodesAgain().isEmpty();
    exchange.setProperty("again", isFirst && !again.isEmpty() ? again : null);
  }

  /** Puts the job back into the queue to run the nodes in {@code again} past ComfyUI's cache. */
  public void runAgain(
      @ExchangeProperty("job") Job job, @ExchangeProperty("again") Set<String> again)
      throws IOException {
    transitions.note(job, job.facts().withNodesAgain(List.copyOf(again)));
    store.delete(job.id());
    if (transitions.runAgain(job)) {
      LOG.warn("outputs are missing, their nodes run again job={} nodes={}", job.id(), again);
    }
  }

  /** Deletes the stored outputs of a job that fails. */
  public void forget(@ExchangeProperty("job") Job job) throws IOException {
    store.delete(job.id());
  }

  /** Deletes the stored outputs of a job that its caller has cancelled meanwhile. */
  public void forgetCancelled(@ExchangeProperty("job") Job job) throws IOException {
    if (queries.find(job.id()).filter(now -> now.status() == JobStatus.CANCELLED).isPresent()) {
      store.delete(job.id());
    }
  }
}
