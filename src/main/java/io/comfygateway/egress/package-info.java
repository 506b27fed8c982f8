/**
 * Outgoing requests to URLs that callers give: which are allowed, what their hosts resolve to, and
 * how much of an answer is read. The way in is {@link UrlGuard}. It knows {@code problem} only.
 */
@NullMarked
package io.comfygateway.egress;

import org.jspecify.annotations.NullMarked;
