/**
 * How a result reaches its receiver: signature, retry schedule, and the guard for outgoing URLs.
 */
package io.comfygateway.delivery;
