package io.comfygateway.bench;

import java.io.IOException;

/** How often a disk was waited for, by the gateway's process and by its database server. */
record Syncs(Http gateway, Store store) {
  private static final String METRIC = "gateway_disk_syncs_total ";

  long total() throws IOException, InterruptedException {
    long own =
        gateway
            .text("/metrics")
            .lines()
            .filter(line -> line.startsWith(METRIC))
            .mapToLong(line -> (long) Double.parseDouble(line.substring(METRIC.length())))
            .findFirst()
            .orElseThrow(() -> new IOException("/metrics does not say " + METRIC));
    return own + store.syncs();
  }
}
