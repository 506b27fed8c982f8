package io.comfygateway.comfyapi;

import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The body of {@code GET /queue}: all of a caller's unfinished prompts, rendered while they are
 * sent. Which of them run is read once, at the beginning; the others are read a page at a time. A
 * prompt that ends in the meantime may be in both the queue and the history, but never in neither.
 */
final class QueueList implements Iterator<byte[]> {
  private static final int PAGE = 1_000;

  private final ClientPrompts prompts;
  private final PromptEntries entries;
  private final String owner;
  private final Supplier<List<UUID>> awaited;
  private final EntryList<ClientPrompt> running;
  private final EntryList<ClientPrompt> pending;
  private long left;

  /**
   * @param awaited the prompts whose clients wait on a socket for the end; they are listed as
   *     pending, also if they have ended
   * @param budget how many bytes the entries with a graph may have; the entries after them have no
   *     graph
   */
  QueueList(
      ClientPrompts prompts,
      PromptEntries entries,
      String owner,
      Supplier<List<UUID>> awaited,
      long budget) {
    this.awaited = awaited;
    this.prompts = prompts;
    this.entries = entries;
    this.owner = owner;
    this.left = budget;
    List<ClientPrompt> runs = prompts.running(owner);
    Set<UUID> jobs = new HashSet<>();
    runs.forEach(prompt -> jobs.add(prompt.job()));
    this.running = new EntryList<>("{\"queue_running\": [", runs.iterator(), this::entry, "]");
    this.pending =
        new EntryList<>(
            ", \"queue_pending\": [",
            new Pages(),
            prompt -> jobs.contains(prompt.job()) ? Optional.empty() : entry(prompt),
            "]}");
  }

  private Optional<byte[]> entry(ClientPrompt prompt) {
    if (left <= 0) {
      return Optional.of(PromptEntries.withoutGraph(prompt));
    }
    Optional<byte[]> whole = entries.queued(prompt);
    whole.ifPresent(entry -> left -= entry.length);
    return whole;
  }

  @Override
  public boolean hasNext() {
    return pending.hasNext();
  }

  @Override
  public byte[] next() {
    return running.hasNext() ? running.next() : pending.next();
  }

  /**
   * The caller's prompts that have not ended, in the order of their numbers, and then those that
   * have and are awaited.
   */
  private final class Pages implements Iterator<ClientPrompt> {
    private Iterator<ClientPrompt> page = List.<ClientPrompt>of().iterator();
    private Optional<ClientPrompt> last = Optional.empty();
    private boolean isLastPage;
    private boolean isAfterThem;

    @Override
    public boolean hasNext() {
      if (!page.hasNext() && !isLastPage) {
        List<ClientPrompt> read = prompts.queue(owner, last, PAGE);
        isLastPage = read.size() < PAGE;
        page = read.iterator();
      }
      if (!page.hasNext() && !isAfterThem) {
        isAfterThem = true;
        // Read last, so that one that ends meanwhile is in one of the lists.
        page = prompts.endedOf(owner, awaited.get()).iterator();
      }
      return page.hasNext();
    }

    @Override
    public ClientPrompt next() {
      ClientPrompt next = page.next();
      last = Optional.of(next);
      return next;
    }
  }
}
