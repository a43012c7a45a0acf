"""Events that only tests send."""

import datetime as dt

from upkeep.messaging.events import EMAIL, IN_SITE, SMS, event

event("test_told", "办理进度", [IN_SITE], "业务单 {number} 已受理")
event("test_everywhere", "办结通知", [IN_SITE, SMS, EMAIL], "{office}：{number} 已办结", "业务单 {number} 已办结")
event("test_code", "验证码", [SMS], "验证码 {code}，5 分钟内有效", lasts=dt.timedelta(minutes=5))
