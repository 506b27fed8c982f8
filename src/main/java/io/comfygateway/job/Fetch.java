package io.comfygateway.job;

import java.time.Instant;

/**
 * A job whose files a gateway fetches.
 *
 * @param job the job as it is now
 * @param since when the fetching of its files began
 * @param until the deadline of the file that is fetched next
 * @param tries how often that file was tried, including this time
 */
public record Fetch(Job job, Instant since, Instant until, int tries) {}
