package dev.hypersd.serve;

import dev.hypersd.serve.answer.Answers;
import dev.hypersd.serve.guard.Guard;
import dev.hypersd.serve.intake.Body;
import dev.hypersd.serve.refusal.Refusal;
import dev.hypersd.serve.refusal.RefusedException;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.util.Map;

/** Lets the page in: its WebSocket cannot send a header, so the token goes into a cookie that no script reads and no other site sends. */
final class Login {
    private Login() {}

    static void login(Context context, Guard guard) {
        String offered = Body.json(context).string("token", "");
        if (!guard.isToken(offered)) {
            throw new RefusedException(Refusal.TOKEN_MISSING, "this is not the token");
        }
        Cookie cookie = new Cookie(Guard.COOKIE, offered);
        cookie.setHttpOnly(true);
        cookie.setSameSite(SameSite.STRICT);
        cookie.setSecure(context.req().isSecure());
        context.cookie(cookie);
        Answers.json(context, Map.of("status", "welcome"));
    }
}
