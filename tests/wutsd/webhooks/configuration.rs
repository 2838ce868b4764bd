//! POST, GET and DELETE /webhook, GET /webhook/events, POST /user/webhook
