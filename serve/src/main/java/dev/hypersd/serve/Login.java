package dev.hypersd.serve;

import dev.hypersd.serve.api.RequestBody;
import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.util.Map;

/** Lets the page in: its WebSocket cannot send a header, so the token goes into a cookie that no script reads and no other site sends. */
final class Login {
    private Login() {}

    static void login(Context context, AccessGuard guard) {
        String offered = RequestBody.json(context).string("token", "");
        if (!guard.isToken(offered)) {
            throw new ApiException(ErrorCode.INVALID_TOKEN, "this is not the token");
        }
        Cookie cookie = new Cookie(AccessGuard.COOKIE, offered);
        cookie.setHttpOnly(true);
        cookie.setSameSite(SameSite.STRICT);
        cookie.setSecure(context.req().isSecure());
        context.cookie(cookie);
        Responses.json(context, Map.of("status", "welcome"));
    }
}
