"""Who serves which area: asking for it (入驻申请, 物业区域关联), deciding it as the developer, ending it as the office."""
