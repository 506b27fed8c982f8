package io.comfygateway.output;

import io.comfygateway.job.JobFacts;
import io.comfygateway.problem.Warning;
import io.comfygateway.prompt.ShortText;
import java.util.ArrayList;
import java.util.List;

/**
 * The texts of a prompt that are stored with its job: at most 1,000 with 262,144 characters
 * together, because a page of the job list reads the facts of hundreds of jobs.
 */
final class StoredTexts {
  private static final int MOST_TEXTS = 1_000;
  private static final int MOST_TEXT = 262_144;
  private static final int SHORTEST_CUT = 2;

  private StoredTexts() {}

  /** The facts with the texts, and with a warning if some were cut. */
  static JobFacts in(JobFacts facts, List<TextOutput> texts) {
    List<JobFacts.Text> kept = new ArrayList<>();
    int left = MOST_TEXT;
    for (TextOutput text : texts) {
      if (left >= SHORTEST_CUT && kept.size() < MOST_TEXTS) {
        String part = ShortText.of(text.text(), left);
        kept.add(new JobFacts.Text(text.node(), part));
        left -= part.length();
      }
    }
    long given = texts.stream().mapToLong(text -> text.text().length()).sum();
    boolean isWhole = given <= MOST_TEXT && kept.size() == texts.size();
    List<Warning> warnings =
        isWhole
            ? List.of()
            : List.of(
                Warning.of(
                    "texts_cut",
                    ("The nodes gave %d texts with %d characters together; the first %d with %d are kept."
                            + " Have long texts saved as files.")
                        .formatted(texts.size(), given, MOST_TEXTS, MOST_TEXT)));
    return facts.withTexts(kept).withWarnings(warnings);
  }
}
