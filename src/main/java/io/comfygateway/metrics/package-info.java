/** Numbers for whoever operates the gateway, in the text format of Prometheus. */
package io.comfygateway.metrics;
