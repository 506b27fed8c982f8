/**
 * The bench that {@code bench/run} starts: {@code docs/performance.md}. It is not in the service.
 */
package io.comfygateway.bench;
