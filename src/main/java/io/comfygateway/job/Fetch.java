package io.comfygateway.job;

import java.time.Instant;

/**
 * A job whose files a gateway fetches.
 *
 * @param job the job as it is now
 * @param since when fetching its files began
 * @param until when the file that is fetched next must be there
 * @param tries how often that file was tried, with this time
 */
public record Fetch(Job job, Instant since, Instant until, int tries) {}
